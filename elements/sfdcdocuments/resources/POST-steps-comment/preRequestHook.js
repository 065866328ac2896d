// include ../../lib/comment-text.js
done({ request_vendor_body: commentBody() });
