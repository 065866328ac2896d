// include ../../lib/feed.js
done(foundFeed());
