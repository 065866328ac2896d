// include ../../lib/feed.js
// include ../../lib/comment-text.js
done(commentBody() === undefined ? noComment : askForFeed());
