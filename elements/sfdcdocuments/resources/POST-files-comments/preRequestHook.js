// include ../../lib/lookup.js
// include ../../lib/comment-text.js
done(commentBody() === undefined ? noComment : askForFile());
