using System.Security.Claims;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Protocols;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Microsoft.IdentityModel.Tokens;
using Tidemark.Platform.Errors;

namespace Tidemark.Platform.Access;

/// <summary>
/// Checks bearer tokens (RFC 6750, RFC 7519): signature by a key of the authority, issuer, audience, lifetime with a minute's tolerance. Keys are cached
/// and read again, in the background, when a token names an unknown one.
/// </summary>
internal sealed class Tokens
{
    private const string Scheme = "Bearer ";

    private static readonly string[] Algorithms =
        [SecurityAlgorithms.RsaSha256, SecurityAlgorithms.RsaSsaPssSha256, SecurityAlgorithms.EcdsaSha256, SecurityAlgorithms.RsaSha384, SecurityAlgorithms.RsaSha512];

    private readonly JsonWebTokenHandler handler = new() { MapInboundClaims = false };
    private readonly ConfigurationManager<OpenIdConnectConfiguration> authority;
    private readonly TokenValidationParameters rules;

    public Tokens(IOptions<AccessOptions> options)
    {
        string address = options.Value.Authority!.TrimEnd('/') + "/.well-known/openid-configuration";
        bool https = address.StartsWith("https:", StringComparison.OrdinalIgnoreCase);
        authority = new(address, new OpenIdConnectConfigurationRetriever(), new HttpDocumentRetriever { RequireHttps = https });
        rules = new()
        {
            ConfigurationManager = authority,
            ValidAudience = options.Value.Audience,
            ValidAlgorithms = Algorithms,
            RequireExpirationTime = true,
            ClockSkew = TimeSpan.FromMinutes(1),
            RoleClaimType = "roles",
            NameClaimType = "preferred_username",
        };
    }

    /// <summary>Who the header <c>Authorization</c> says is calling; a failure names what is wrong with the token, never the token.</summary>
    public async Task<Outcome<ClaimsPrincipal>> CheckAsync(string? authorization, CancellationToken cancellation)
    {
        if (authorization?.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) != true)
            return Refused("This route needs a token. Send it as 'Authorization: Bearer …'.");
        try
        {
            await authority.GetConfigurationAsync(cancellation);
        }
        catch (InvalidOperationException)
        {
            return new Failure(FailureKind.Unavailable, "Tokens can't be checked", "The authority that issues tokens does not answer. Try again later.") { RetryAfter = TimeSpan.FromSeconds(10) };
        }

        TokenValidationResult result = await handler.ValidateTokenAsync(authorization[Scheme.Length..].Trim(), rules);
        return result.IsValid ? new ClaimsPrincipal(result.ClaimsIdentity) : Refused(Reason(result.Exception));
    }

    private static string Reason(Exception exception) => exception switch
    {
        SecurityTokenExpiredException => "The token has expired. Get a new one.",
        SecurityTokenNotYetValidException => "The token is not valid yet. Check the clocks.",
        SecurityTokenInvalidAudienceException => "The token is for another audience. Ask for one whose 'aud' is this suite's application id.",
        SecurityTokenInvalidIssuerException => "The token is of another issuer. Get one from the authority that this suite trusts.",
        SecurityTokenInvalidAlgorithmException => "The token is signed by an algorithm that is not accepted here.",
        SecurityTokenInvalidSignatureException => "The token is not signed by a key of the authority.",
        SecurityTokenNoExpirationException => "The token never expires; such tokens are not accepted.",
        _ => "The token can't be read or its signature does not hold.",
    };

    private static Failure Refused(string detail) => new(FailureKind.Unauthenticated, "Not authenticated", detail);
}
