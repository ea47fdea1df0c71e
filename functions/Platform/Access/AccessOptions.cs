using System.ComponentModel.DataAnnotations;

namespace Tidemark.Platform.Access;

/// <summary>
/// Who may call; section <c>Access</c> of the configuration. Without an authority the suite is open to callers on the same machine, and refuses to start in Azure.
/// </summary>
public sealed class AccessOptions : IValidatableObject
{
    public const string Section = "Access";

    /// <value>
    /// Issuer of the tokens, whose keys are read from <c>{Authority}/.well-known/openid-configuration</c>, e.g. Entra ID's <c>…/{tenant}/v2.0</c>. Default none.
    /// </value>
    public string? Authority { get; set; }

    /// <value>The claim <c>aud</c> that tokens for this suite carry: its application id. Needed with an authority.</value>
    public string? Audience { get; set; }

    /// <value>Most requests of one caller in a second, on each instance. Default 0: no limit.</value>
    [Range(0, 1_000_000)]
    public double RequestsPerSecond { get; set; }

    /// <value>Requests that a caller may send at once after a pause. Default 0: as many as in two seconds, at least one.</value>
    [Range(0, 1_000_000)]
    public int Burst { get; set; }

    /// <value>Set by the platform where it runs in Azure (<c>WEBSITE_SITE_NAME</c>); there an authority is needed.</value>
    internal bool InAzure { get; set; }

    internal bool Open => string.IsNullOrEmpty(Authority);

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Open && InAzure)
            yield return new ValidationResult($"{Section}__{nameof(Authority)} is not set. In Azure callers must be known: set it and {Section}__{nameof(Audience)}.", [nameof(Authority)]);
        if (!Open && (!Uri.TryCreate(Authority, UriKind.Absolute, out Uri? authority) || !(authority.Scheme == Uri.UriSchemeHttps || authority.IsLoopback)))
            yield return new ValidationResult($"{Section}__{nameof(Authority)} '{Authority}' is not an https address.", [nameof(Authority)]);
        if (!Open && string.IsNullOrEmpty(Audience))
            yield return new ValidationResult($"{Section}__{nameof(Audience)} is not set: name the application id that tokens for this suite carry.", [nameof(Audience)]);
    }
}
