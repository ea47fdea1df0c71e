namespace Tidemark.Operate.Smoke;

/// <summary>
/// Reads the requests of an <c>.http</c> file as editors know it: <c>### name</c>, method and address, headers, a blank line, the body or <c>&lt; file</c>.
/// Lines <c># expect 200</c> name the statuses that are right, and <c># expect "text"</c> what the answer contains.
/// </summary>
internal static class HttpFile
{
    /// <param name="address">Stands for <c>{{host}}</c>.</param>
    /// <exception cref="OperateException">A request can't be read.</exception>
    public static IReadOnlyList<HttpFileRequest> Read(string path, string address)
    {
        string folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        var requests = File.ReadAllText(path).ReplaceLineEndings("\n").Split("###").Skip(1)
            .Select(part => Request(part.Replace("{{host}}", address.TrimEnd('/'), StringComparison.Ordinal).Split('\n'), folder)).ToList();
        return requests.Count > 0 ? requests : throw new OperateException($"'{path}' has no request; each begins with '### name'.");
    }

    private static HttpFileRequest Request(string[] lines, string folder)
    {
        string name = lines[0].Trim();
        string[] expected = [.. lines.Where(l => l.StartsWith("# expect ", StringComparison.Ordinal)).Select(l => l["# expect ".Length..].Trim())];
        string[] rest = [.. lines.Skip(1).Where(l => !l.StartsWith('#')).SkipWhile(string.IsNullOrWhiteSpace)];
        if (rest is not [var first, ..] || first.Split(' ', 2) is not [var method, var target] || !Uri.TryCreate(target.Trim(), UriKind.Absolute, out var uri))
            throw new OperateException($"'{name}' has no line with method and address.");

        var headers = rest.Skip(1).TakeWhile(l => l.Trim().Length > 0).Select(l => l.Split(':', 2)).Where(h => h.Length == 2).ToDictionary(h => h[0].Trim(), h => h[1].Trim(), StringComparer.OrdinalIgnoreCase);
        string body = string.Join('\n', rest.SkipWhile(l => l.Trim().Length > 0)).Trim();
        if (body.StartsWith("< ", StringComparison.Ordinal)) body = File.ReadAllText(Path.Combine(folder, body[2..].Trim()));
        return new(name, new HttpMethod(method), uri, headers, body)
        {
            Statuses = [.. expected.Where(e => !e.StartsWith('"')).SelectMany(e => e.Split(' ', StringSplitOptions.RemoveEmptyEntries)).Select(Status)],
            Texts = [.. expected.Where(e => e.StartsWith('"')).Select(e => e.Trim('"'))],
        };

        int Status(string text) => int.TryParse(text, out int status) ? status : throw new OperateException($"'{name}' expects '{text}', which is no status.");
    }
}
