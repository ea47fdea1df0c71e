using System.ComponentModel.DataAnnotations;

namespace Tidemark.Retraining.Compute.External;

/// <summary>Training on somebody else's cluster; section <c>Compute:External</c> of the configuration.</summary>
public sealed class ExternalOptions : IValidatableObject
{
    public const string Section = "Compute:External";

    /// <value>Key that signs requests (HMAC-SHA-256): text of at least 32 bytes, or <c>whsec_</c> and base64 of as many. Default none: there is no external compute.</value>
    public string? Key { get; set; }

    /// <value>How long after a run was asked for its result may come; then it fails. Default 1 day.</value>
    [Range(typeof(TimeSpan), "00:01:00", "30.00:00:00")]
    public TimeSpan Deadline { get; set; } = TimeSpan.FromDays(1);

    /// <value>How long the links to data and files are good for. Default 1 hour; taking the run again gives new ones.</value>
    [Range(typeof(TimeSpan), "00:01:00", "1.00:00:00")]
    public TimeSpan LinkLifetime { get; set; } = TimeSpan.FromHours(1);

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (RequestSignature.Parse(Key) is { Ok: false } wrong) yield return new($"Compute__External__Key: {wrong.Failure.Detail}", [nameof(Key)]);
    }
}
