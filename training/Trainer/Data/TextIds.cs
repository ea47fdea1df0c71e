using System.Text;
using Tidemark.Retraining.Data;

namespace Tidemark.Trainer.Data;

/// <summary>Numbers for the categories of one column, in the order in which they are met; 0 is a missing cell.</summary>
internal sealed class TextIds
{
    public const int Missing = 0;
    private readonly Dictionary<string, int> ids = new(StringComparer.Ordinal) { [""] = Missing };
    private readonly List<string> texts = [""];

    public int Count => texts.Count;

    public string this[int id] => texts[id];

    public int Of(ReadOnlySpan<byte> utf8)
    {
        var category = CellMeaning.Category(utf8);
        Span<char> buffer = category.Length <= 256 ? stackalloc char[256] : new char[category.Length];
        var text = buffer[..Encoding.UTF8.GetChars(category, buffer)];
        return ids.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(text, out int id) ? id : Add(text.ToString());
    }

    public int Of(string text) => Of(Encoding.UTF8.GetBytes(text));

    private int Add(string text)
    {
        ids.Add(text, texts.Count);
        texts.Add(text);
        return texts.Count - 1;
    }
}
