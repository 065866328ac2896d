// include ../../lib/lookup.js
done(askForFolder());
