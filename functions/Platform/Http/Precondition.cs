using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Headers;
using Tidemark.Platform.Errors;

namespace Tidemark.Platform.Http;

/// <summary>The condition under which a caller wants a change: the entity tags it has seen, or "only if there is none yet".</summary>
/// <param name="Tags">Entity tags of <c>If-Match</c>, quotes included; empty for <paramref name="OnlyIfAbsent"/>.</param>
/// <param name="OnlyIfAbsent"><c>If-None-Match: *</c>.</param>
public sealed record Precondition(IReadOnlyList<string> Tags, bool OnlyIfAbsent)
{
    public static Precondition Absent { get; } = new([], OnlyIfAbsent: true);

    public static Precondition Matches(string tag) => new([tag], OnlyIfAbsent: false);

    /// <summary>Reads <c>If-Match</c> or <c>If-None-Match: *</c>; null when the request carries neither.</summary>
    public static Outcome<Precondition?> Of(HttpRequest request)
    {
        RequestHeaders headers = request.GetTypedHeaders();
        string[] match = [.. headers.IfMatch.Select(t => t.ToString())];
        string[] none = [.. headers.IfNoneMatch.Select(t => t.ToString())];
        bool unread = (request.Headers.IfMatch.Count > 0 && match.Length == 0) || (request.Headers.IfNoneMatch.Count > 0 && none.Length == 0);
        return (match, none) switch
        {
            _ when unread => Refuse("it holds no entity tag in quotes"),
            ([], []) => (Precondition?)null,
            ([], ["*"]) => Absent,
            (["*"], []) => Refuse("If-Match: * would match whatever another caller has just written"),
            (_, []) => new Precondition(match, OnlyIfAbsent: false),
            _ => Refuse("If-None-Match allows only *, and not together with If-Match"),
        };
    }

    /// <summary>True when the condition holds for the current entity tag (null = there is nothing yet).</summary>
    public bool Holds(string? current) => OnlyIfAbsent ? current is null : current is not null && Tags.Contains(current, StringComparer.Ordinal);

    private static Failure Refuse(string why) => new(
        FailureKind.Malformed,
        "Unusable precondition",
        $"The conditional header can't be used: {why}. Send If-Match with the ETag of the last answer, or If-None-Match: * for the first.");
}
