// include ../../../lib/article-search.js
const { results, articles } = response_body_raw_map ?? {};
done(filtered(results ?? articles ?? [], own));
