using System.Buffers.Text;
using System.Text;
using Tidemark.Platform.Errors;

namespace Tidemark.Registry;

/// <summary>Where a page of models ended: opaque to callers, checked when it comes back.</summary>
/// <param name="Name">The last name seen; empty at the beginning.</param>
public readonly record struct ModelCursor(string Name)
{
    public static Outcome<ModelCursor> Parse(string? text)
    {
        if (string.IsNullOrEmpty(text)) return new ModelCursor("");
        byte[] bytes = new byte[text.Length];
        if (Base64Url.IsValid(text) && Base64Url.TryDecodeFromChars(text, bytes, out int written)
            && ModelName.Parse(Encoding.UTF8.GetString(bytes, 0, written)) is { Ok: true } name)
        {
            return new ModelCursor(name.Value.ToString());
        }

        return new Failure(FailureKind.Malformed, "Not a cursor", "The cursor is not one that this service gave out. Send the 'next' of the last page, or none to begin anew.");
    }

    public override string ToString() => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(Name));
}
