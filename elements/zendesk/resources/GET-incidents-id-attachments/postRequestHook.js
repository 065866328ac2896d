done(response_iserror ? {} : { response_body: response_body.flatMap(({ attachments }) => attachments ?? []) });
