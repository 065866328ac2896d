// include ../../../lib/gone-is-removed.js
