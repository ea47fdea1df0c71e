using System.Security.Claims;
using Microsoft.AspNetCore.Http;
using Tidemark.Platform.Errors;

namespace Tidemark.Platform.Http;

/// <summary>
/// Who asks, as audit rows and manifests name them: of a caller known by a token its name or id, whatever headers say; else 1 to 128 printable ASCII
/// characters of the header <c>x-tidemark-actor</c>, else <c>anonymous</c>.
/// </summary>
public readonly record struct Actor
{
    public const string Header = "x-tidemark-actor";

    private const int MaxLength = 128;

    private readonly string? text;

    private Actor(string text) => this.text = text;

    public static Actor Anonymous { get; } = new("anonymous");

    public static Outcome<Actor> Parse(string? text) => text switch
    {
        null or "" => Anonymous,
        { Length: <= MaxLength } when text.All(c => c is >= ' ' and <= '~') => new Actor(text),
        _ => new Failure(FailureKind.Malformed, "Not an actor", $"The header {Header} must hold 1 to {MaxLength} printable ASCII characters."),
    };

    public static Outcome<Actor> Of(HttpRequest request) =>
        request.HttpContext.User is { Identity.IsAuthenticated: true } user ? Named(user) : Parse(request.Headers[Header].ToString());

    /// <summary>People have a name in their token, programs an application id (<c>azp</c> in version 2 tokens, <c>appid</c> in version 1).</summary>
    private static Outcome<Actor> Named(ClaimsPrincipal user)
    {
        foreach (string claim in (ReadOnlySpan<string>)["preferred_username", "azp", "appid", "oid", "sub"])
        {
            if (user.FindFirst(claim)?.Value is { Length: > 0 } name && Parse(name) is { Ok: true } actor) return actor;
        }

        return new Failure(FailureKind.Forbidden, "Nobody in the token", "The token names no caller: it needs one of the claims preferred_username, azp, appid, oid, sub.");
    }

    public override string ToString() => text ?? throw new InvalidOperationException("An Actor comes from Parse.");
}
