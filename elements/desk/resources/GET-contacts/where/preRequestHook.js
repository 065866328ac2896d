// include ../../../lib/search.js
done(searchBy(['first_name', 'last_name', 'full_name', 'email', 'phone', 'twitter', 'external_id', 'q']));
