// include ../../lib/feed.js
// include ../../lib/shapes.js
const found = foundComment();
done(found.response_body?.feedElement === undefined ? found : { response_body: commentOf(found.response_body) });
