// include ../../lib/metadata-result.js
