using System.Reflection;

namespace Tidemark.Embedded;

/// <summary>Where an app lies and what its functions are.</summary>
/// <param name="Folder">Holds host.json and local.settings.json.</param>
/// <param name="Types">Types that may hold functions.</param>
internal sealed record HostLayout(string Folder, IReadOnlyList<Type> Types)
{
    /// <summary>The program that is running.</summary>
    public static HostLayout OfProgram() => new(AppContext.BaseDirectory, Assembly.GetEntryAssembly()?.GetTypes() ?? []);
}
