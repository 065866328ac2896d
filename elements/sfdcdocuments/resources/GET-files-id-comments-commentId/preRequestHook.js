// include ../../lib/feed.js
done(askForComment());
