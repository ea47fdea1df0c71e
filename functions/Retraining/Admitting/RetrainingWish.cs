using Tidemark.Platform.Errors;
using Tidemark.Platform.Retraining;
using Tidemark.Registry;

namespace Tidemark.Retraining.Admitting;

/// <summary>Somebody or something wants a model trained anew.</summary>
/// <param name="Model">The model.</param>
/// <param name="Request">Names the wish: the same wish that comes twice has the same.</param>
/// <param name="Trigger"><c>drift</c>, <c>quality</c>, <c>cron</c> or <c>manual</c>.</param>
/// <param name="Reason">In one line.</param>
/// <param name="Evidence">Figures and names of what was found.</param>
/// <param name="By">Who starts it, and therefore may not approve it.</param>
/// <param name="Found">When what it stands on was found.</param>
public sealed record RetrainingWish(
    ModelName Model, string Request, string Trigger, string Reason, IReadOnlyDictionary<string, string> Evidence, string By, DateTimeOffset Found)
{
    public const string Drift = "drift", Quality = "quality", Cron = "cron", Manual = "manual";

    /// <summary>A message of the drift or quality checks; those of quality say of which kind they are.</summary>
    public static Outcome<RetrainingWish> Of(RetrainingRequest request)
    {
        string trigger = request.Evidence.TryGetValue("kind", out string? kind) && kind.StartsWith(Quality, StringComparison.Ordinal) ? Quality : Drift;
        return ModelName.Parse(request.Model).Map(model => new RetrainingWish(model, request.Id, trigger, request.Reason, request.Evidence, trigger, request.Time));
    }

    /// <summary>The version that it complains of; null when it does not say.</summary>
    public string? Version => Trigger is Drift or Quality ? Evidence.GetValueOrDefault("version") : null;
}
