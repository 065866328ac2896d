// include ../../lib/lookup.js
done(foundFolder());
