// include ../../lib/feed.js
done(foundComment());
