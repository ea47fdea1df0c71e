using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;
using Tidemark.Platform.Errors;

namespace Tidemark.Platform.Http;

/// <summary>A JSON answer of the management routes, with the headers that they use.</summary>
public sealed class Answer<T>(T value, JsonTypeInfo<T> type, int status = StatusCodes.Status200OK, string? etag = null, string? location = null) : IResult
{
    public Task ExecuteAsync(HttpContext httpContext)
    {
        HttpResponse response = httpContext.Response;
        response.StatusCode = status;
        if (etag is not null)
            response.Headers.ETag = etag;
        if (location is not null)
            response.Headers.Location = location;
        return response.WriteAsJsonAsync(value, type, contentType: null, httpContext.RequestAborted);
    }
}

public static class Answers
{
    /// <summary>The value's answer, or the failure's problem document.</summary>
    public static IResult Or<T>(this Outcome<T> outcome, Func<T, IResult> answer) =>
        outcome.Ok ? answer(outcome.Value) : new Problem(outcome.Failure);
}
