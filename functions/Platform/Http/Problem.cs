using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;
using Tidemark.Platform.Errors;

namespace Tidemark.Platform.Http;

/// <summary>The one place that maps a <see cref="FailureKind"/> to a status code and writes a problem document (RFC 9457).</summary>
public sealed class Problem : IResult
{
    public const string ContentType = "application/problem+json";

    private const string TypePrefix = "urn:tidemark:problem:";

    /// <summary>Apostrophes stay apostrophes: the document is JSON, never part of a page.</summary>
    private static readonly ProblemJson Json = new(new JsonSerializerOptions(ProblemJson.Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    private readonly Failure failure;

    public Problem(Failure failure) => this.failure = failure;

    public static int StatusOf(FailureKind kind) => kind switch
    {
        FailureKind.Malformed => StatusCodes.Status400BadRequest,
        FailureKind.Unauthenticated => StatusCodes.Status401Unauthorized,
        FailureKind.Forbidden => StatusCodes.Status403Forbidden,
        FailureKind.NotFound => StatusCodes.Status404NotFound,
        FailureKind.Conflict => StatusCodes.Status409Conflict,
        FailureKind.Gone => StatusCodes.Status410Gone,
        FailureKind.PreconditionFailed => StatusCodes.Status412PreconditionFailed,
        FailureKind.TooLarge => StatusCodes.Status413PayloadTooLarge,
        FailureKind.UnsupportedMediaType => StatusCodes.Status415UnsupportedMediaType,
        FailureKind.Unprocessable => StatusCodes.Status422UnprocessableEntity,
        FailureKind.PreconditionRequired => StatusCodes.Status428PreconditionRequired,
        FailureKind.TooManyRequests => StatusCodes.Status429TooManyRequests,
        FailureKind.Unavailable => StatusCodes.Status503ServiceUnavailable,
        FailureKind.DataLoss => StatusCodes.Status500InternalServerError,
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "A failure kind without a status code."),
    };

    /// <summary>Whole seconds for the header <c>Retry-After</c>, at least 1; null when the failure names no time.</summary>
    public static string? RetryAfter(Failure failure) => failure.RetryAfter is { } wait
        ? Math.Max(1, (long)Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture)
        : null;

    /// <summary>500 for a bug: says that it is ours, and nothing else.</summary>
    public static Task UnexpectedAsync(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status500InternalServerError;
        var document = new ProblemDocument(
            TypePrefix + "unexpected", "Unexpected error", context.Response.StatusCode,
            "Something went wrong here that should not. It has been logged; trying again may or may not help.", Errors: null);
        return context.Response.WriteAsJsonAsync(document, Json.ProblemDocument, ContentType, context.RequestAborted);
    }

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        HttpResponse response = httpContext.Response;
        response.StatusCode = StatusOf(failure.Kind);
        if (RetryAfter(failure) is { } seconds)
            response.Headers.RetryAfter = seconds;

        var document = new ProblemDocument(
            TypePrefix + Slug(failure.Kind.ToString()),
            failure.Title,
            response.StatusCode,
            failure.Detail,
            failure.Errors.Count == 0 ? null : failure.Errors);
        await response.WriteAsJsonAsync(document, Json.ProblemDocument, ContentType, httpContext.RequestAborted);
    }

    /// <summary>PreconditionFailed -> precondition-failed.</summary>
    private static string Slug(string name) =>
        string.Concat(name.Select((c, i) => char.IsUpper(c) ? (i == 0 ? "" : "-") + char.ToLowerInvariant(c) : c.ToString()));
}

internal sealed record ProblemDocument(string Type, string Title, int Status, string Detail, IReadOnlyList<FieldError>? Errors);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ProblemDocument))]
internal sealed partial class ProblemJson : JsonSerializerContext;
