// include ../../lib/feed.js
done(askForFeed());
