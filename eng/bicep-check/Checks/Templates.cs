using Tidemark.BicepCheck.Syntax;

namespace Tidemark.BicepCheck.Checks;

/// <summary>The files of a check, each read once.</summary>
internal sealed class Templates
{
    private readonly Dictionary<string, Template?> read = [];

    /// <summary>The file at a path; null where there is none or where it is not Bicep, which its own check says.</summary>
    public Template? Find(string path)
    {
        path = Path.GetFullPath(path);
        if (!read.TryGetValue(path, out var template)) read[path] = template = Read(path);
        return template;
    }

    private static Template? Read(string path)
    {
        try
        {
            return File.Exists(path) ? Template.Read(path) : null;
        }
        catch (SyntaxException)
        {
            return null;
        }
    }
}
