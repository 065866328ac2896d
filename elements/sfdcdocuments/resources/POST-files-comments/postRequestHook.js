// include ../../lib/lookup.js
done(foundFile());
