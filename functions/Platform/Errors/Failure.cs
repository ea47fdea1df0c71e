namespace Tidemark.Platform.Errors;

/// <summary>Why an expected failure happened. One place (<c>Platform/Http</c>) maps each kind to a status code.</summary>
public enum FailureKind
{
    /// <summary>The request can't be read: not JSON, a missing field, a shape that does not add up. 400.</summary>
    Malformed,

    /// <summary>Nobody knows who is calling. 401.</summary>
    Unauthenticated,

    /// <summary>The caller is known and may not do this. 403.</summary>
    Forbidden,

    /// <summary>The thing named does not exist. 404.</summary>
    NotFound,

    /// <summary>The state of the thing forbids it: already there, still named by an alias. 409.</summary>
    Conflict,

    /// <summary>It was there and has been deleted; its name is not given out again. 410.</summary>
    Gone,

    /// <summary>The ETag that the caller named is no longer the current one. 412.</summary>
    PreconditionFailed,

    /// <summary>More than the limit. 413.</summary>
    TooLarge,

    /// <summary>A content type nobody here reads. 415.</summary>
    UnsupportedMediaType,

    /// <summary>Readable, yet not acceptable: a file that is no ONNX model, rows that break a rule. 422.</summary>
    Unprocessable,

    /// <summary>A conditional header is needed and absent. 428.</summary>
    PreconditionRequired,

    /// <summary>The caller sends more than one caller may. 429 with Retry-After.</summary>
    TooManyRequests,

    /// <summary>Storage or a model is not there right now; trying again later helps. 503 with Retry-After.</summary>
    Unavailable,

    /// <summary>What is stored is not what was once sealed; trying again does not help, a person must look. 500.</summary>
    DataLoss,
}

/// <summary>One field of the input that is wrong: where, and what would be right.</summary>
/// <param name="Field">Path of the field as the caller wrote it, e.g. <c>inputs[0].data[3]</c>.</param>
/// <param name="Detail">What is wrong with the value and what to send instead.</param>
public sealed record FieldError(string Field, string Detail);

/// <summary>An expected failure: a value, not an exception. Names the thing, the value and the remedy; never storage URLs or stack traces.</summary>
public sealed record Failure(FailureKind Kind, string Title, string Detail)
{
    public IReadOnlyList<FieldError> Errors { get; init; } = [];

    /// <summary>When trying again may help (kind <see cref="FailureKind.Unavailable"/>).</summary>
    public TimeSpan? RetryAfter { get; init; }
}
