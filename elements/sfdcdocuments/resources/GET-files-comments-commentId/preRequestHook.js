// include ../../lib/lookup.js
done(askForFile());
