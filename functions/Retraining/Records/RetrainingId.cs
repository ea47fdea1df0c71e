using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Tidemark.Platform.Errors;
using Tidemark.Registry;

namespace Tidemark.Retraining.Records;

/// <summary>
/// Names one retraining: <c>retrain-{model}-{24 hexadecimal digits}</c>, made of the request, so that a request that comes twice finds the first.
/// It is the orchestration's instance id (at most 100 characters there), the training run's id, and part of the data's name.
/// </summary>
public readonly partial record struct RetrainingId
{
    private const int Digits = 24;

    private readonly string? text;

    private RetrainingId(string text, ModelName model) => (this.text, Model) = (text, model);

    public ModelName Model { get; }

    /// <summary>The id that a request always gets.</summary>
    /// <param name="model">The model.</param>
    /// <param name="request">The request's own id, whatever its form.</param>
    public static RetrainingId Of(ModelName model, string request) =>
        new($"retrain-{model}-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(request)))[..Digits]}", model);

    public static Outcome<RetrainingId> Parse(string? text)
    {
        Match match = Rule().Match(text ?? "");
        return match.Success && ModelName.Parse(match.Groups[1].Value) is { Ok: true } model
            ? new RetrainingId(text!, model.Value)
            : new Failure(FailureKind.Malformed, "Not a retraining", $"'{(text is { Length: > 120 } ? text[..120] + "…" : text)}' is no retraining's id: it reads retrain-model-digits, as GET /api/retrainings lists them.");
    }

    public override string ToString() => text ?? throw new InvalidOperationException("A RetrainingId comes from Parse or Of.");

    [GeneratedRegex(@"\Aretrain-([a-z][a-z0-9-]{1,62})-[0-9a-f]{24}\z")]
    private static partial Regex Rule();
}
