// include ../../lib/filter-records.js
done(filters());
