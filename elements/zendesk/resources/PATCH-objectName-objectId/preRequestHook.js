// include ../../lib/wrap-record.js
