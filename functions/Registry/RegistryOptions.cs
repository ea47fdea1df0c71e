using System.ComponentModel.DataAnnotations;

namespace Tidemark.Registry;

/// <summary>Settings <c>Registry__…</c>.</summary>
public sealed class RegistryOptions
{
    public const string Section = "Registry";

    /// <summary>Largest model file that is taken.</summary>
    /// <value>Bytes; default 100 MiB, which is also the largest request body that Azure Functions lets through.</value>
    [Range(1, int.MaxValue)]
    public long MaxModelBytes { get; set; } = 104_857_600;

    /// <summary>How old an answer of the model directory may get before it is refreshed behind the caller's back.</summary>
    /// <value>Default 2 seconds.</value>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:05:00")]
    public TimeSpan AliasRefresh { get; set; } = TimeSpan.FromSeconds(2);
}
