using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Tidemark.Tests.Platform.Access;

/// <summary>An issuer of tokens on loopback: its OpenID configuration and its keys, made in the test.</summary>
internal sealed class TokenAuthority : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly List<RsaSecurityKey> keys = [NewKey()];

    private TokenAuthority(WebApplication app) => this.app = app;

    public string Address => app.Urls.First() + "/tenant/v2.0";

    public static string Audience => "api-of-the-suite";

    public static async Task<TokenAuthority> StartAsync()
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var authority = new TokenAuthority(builder.Build());
        authority.app.MapGet("/tenant/v2.0/.well-known/openid-configuration", () => Results.Json(new { issuer = authority.Address, jwks_uri = authority.Address + "/keys" }));
        authority.app.MapGet("/tenant/v2.0/keys", () => Results.Text(authority.KeySet(), "application/json"));
        await authority.app.StartAsync();
        return authority;
    }

    /// <summary>A key that the authority does not know.</summary>
    public static RsaSecurityKey NewKey() => new(RSA.Create(2048)) { KeyId = Guid.NewGuid().ToString("N") };

    /// <summary>The authority signs by a new key from now on.</summary>
    public void RollKeys() => keys.Insert(0, NewKey());

    public string Token(string[] roles, SecurityKey? key = null, string? audience = null, string? issuer = null, TimeSpan? expires = null, string algorithm = SecurityAlgorithms.RsaSha256)
    {
        DateTime now = TimeProvider.System.GetUtcNow().UtcDateTime;
        DateTime end = now + (expires ?? TimeSpan.FromHours(1));
        return new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken(new SecurityTokenDescriptor
        {
            Issuer = issuer ?? Address,
            Audience = audience ?? Audience,
            NotBefore = end - TimeSpan.FromHours(2),
            IssuedAt = end - TimeSpan.FromHours(2),
            Expires = end,
            Claims = new Dictionary<string, object> { ["roles"] = roles, ["preferred_username"] = "auditor@example.org" },
            SigningCredentials = new SigningCredentials(key ?? keys[0], algorithm),
        });
    }

    /// <summary>The claims of <see cref="Token"/>, with <c>alg: none</c> and no signature (RFC 8725, section 2.1).</summary>
    public string Unsigned(string[] roles) => Base64UrlEncoder.Encode("""{"alg":"none","typ":"JWT"}""") + "." + Token(roles).Split('.')[1] + ".";

    /// <summary>Signed by HMAC with the public key as the secret (RFC 8725, section 2.1).</summary>
    public string Confused(string[] roles) => Token(roles, new SymmetricSecurityKey(keys[0].Rsa.ExportSubjectPublicKeyInfo()) { KeyId = keys[0].KeyId }, algorithm: SecurityAlgorithms.HmacSha256);

    public ValueTask DisposeAsync() => app.DisposeAsync();

    private string KeySet() => JsonSerializer.Serialize(new
    {
        keys = keys.Select(k => k.Rsa.ExportParameters(false) is var p
            ? new { kty = "RSA", use = "sig", alg = "RS256", kid = k.KeyId, n = Base64UrlEncoder.Encode(p.Modulus), e = Base64UrlEncoder.Encode(p.Exponent) }
            : null),
    });
}
