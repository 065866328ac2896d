// The id that was asked for stays, so that it can be given to DELETE.
const { id } = request_path_variables;
done(response_iserror || /^\d+$/.test(id) ? {} : { response_body: { ...response_body, id } });
