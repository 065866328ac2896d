// The article type, which is no field that can be written, names the object that the draft is made in.
const article = { ...request_body_map };
const member = Object.keys(article).find((name) => name.toLowerCase() === 'articletype');
const type = member === undefined ? 'Knowledge' : String(article[member]).replace(/__kav$/i, '');
if (member !== undefined) delete article[member];

if (!/^[A-Za-z]\w*$/.test(type)) {
  done({
    continue: false,
    response_status_code: 400,
    response_error_message: 'ArticleType is no name of an article type. Give one such as Knowledge.',
  });
} else {
  done({ request_vendor_path: `/services/data/v36.0/sobjects/${type}__kav`, request_vendor_body: article });
}
