using Microsoft.AspNetCore.Http;
using Tidemark.Platform.Errors;

namespace Tidemark.Platform.Http;

/// <summary>Who asks, as audit rows and manifests name them: 1 to 128 printable ASCII characters of the header <c>x-tidemark-actor</c>, else <c>anonymous</c>.</summary>
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

    public static Outcome<Actor> Of(HttpRequest request) => Parse(request.Headers[Header].ToString());

    public override string ToString() => text ?? throw new InvalidOperationException("An Actor comes from Parse.");
}
