// include ../../lib/unwrap-records.js
