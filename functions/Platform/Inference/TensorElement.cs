using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Numerics;
using Microsoft.ML.OnnxRuntime.Tensors;
using Tidemark.Platform.Json;

namespace Tidemark.Platform.Inference;

/// <summary>
/// Writes one value into a numeric tensor without loss: whole numbers are whole and in range, reals are rounded to the nearest value of
/// the type and finite. Every method returns what is wrong with the value, or null.
/// </summary>
internal static class TensorElement
{
    private static readonly SearchValues<byte> NumberBytes = SearchValues.Create("0123456789+-.eE"u8);

    /// <param name="text">A number by the JSON grammar.</param>
    /// <param name="tensor">The tensor.</param>
    /// <param name="at">Index of the element, row-major.</param>
    public static string? StoreNumber(ReadOnlySpan<byte> text, TensorBuffer tensor, int at) => tensor.Spec.Type switch
    {
        TensorElementType.Float => Float(text, tensor, at),
        TensorElementType.Double => Double(text, tensor, at),
        TensorElementType.Float16 => Half(text, tensor, at),
        TensorElementType.Int64 => Whole<long>(text, tensor, at),
        TensorElementType.Int32 => Whole<int>(text, tensor, at),
        TensorElementType.Int16 => Whole<short>(text, tensor, at),
        TensorElementType.Int8 => Whole<sbyte>(text, tensor, at),
        TensorElementType.UInt64 => Whole<ulong>(text, tensor, at),
        TensorElementType.UInt32 => Whole<uint>(text, tensor, at),
        TensorElementType.UInt16 => Whole<ushort>(text, tensor, at),
        TensorElementType.UInt8 => Whole<byte>(text, tensor, at),
        _ => $"is a number, {DataTypes.Word(tensor.Spec.Type)} takes none",
    };

    /// <summary>true or false; for tensors of numbers 1 or 0.</summary>
    public static string? StoreFlag(bool value, TensorBuffer tensor, int at)
    {
        if (tensor.Spec.Type != TensorElementType.Bool) return StoreNumber(value ? "1"u8 : "0"u8, tensor, at);
        Put(tensor, at, value ? (byte)1 : (byte)0);
        return null;
    }

    /// <summary>A missing value: NaN. Types without one refuse it.</summary>
    public static string? StoreMissing(TensorBuffer tensor, int at)
    {
        switch (tensor.Spec.Type)
        {
            case TensorElementType.Float: Put(tensor, at, float.NaN); break;
            case TensorElementType.Double: Put(tensor, at, double.NaN); break;
            case TensorElementType.Float16: Put(tensor, at, System.Half.NaN); break;
            default: return $"is missing, and {DataTypes.Word(tensor.Spec.Type)} has no missing value";
        }

        return null;
    }

    private static string? Float(ReadOnlySpan<byte> text, TensorBuffer tensor, int at)
    {
        if (JsonNumber.Read(text, out float value) != text.Length || text.IsEmpty) return NotFinite(text, tensor);
        Put(tensor, at, value);
        return null;
    }

    private static string? Double(ReadOnlySpan<byte> text, TensorBuffer tensor, int at)
    {
        if (!Utf8Parser.TryParse(text, out double value, out int used) || used != text.Length || !double.IsFinite(value)) return NotFinite(text, tensor);
        Put(tensor, at, value);
        return null;
    }

    private static string? Half(ReadOnlySpan<byte> text, TensorBuffer tensor, int at)
    {
        if (!System.Half.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) || !System.Half.IsFinite(value)) return NotFinite(text, tensor);
        Put(tensor, at, value);
        return null;
    }

    private static string? Whole<T>(ReadOnlySpan<byte> text, TensorBuffer tensor, int at)
        where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
    {
        var digits = text;
        if (text.IndexOf((byte)'.') is > 0 and var dot)
        {
            // 3.0 is 3; 3.5 and 3.0e1 are refused below.
            if (text[(dot + 1)..].ContainsAnyExcept((byte)'0')) return $"({Shown(text)}) is not a whole number, as {DataTypes.Word(tensor.Spec.Type)} needs";
            digits = text[..dot];
        }

        if (!Int128.TryParse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value))
        {
            return digits.ContainsAny("eE"u8)
                ? $"({Shown(text)}) is written with an exponent; write whole numbers out"
                : OutOfRange<T>(text, tensor);
        }

        if (value < Int128.CreateChecked(T.MinValue) || value > Int128.CreateChecked(T.MaxValue)) return OutOfRange<T>(text, tensor);
        Put(tensor, at, T.CreateTruncating(value));
        return null;
    }

    private static void Put<T>(TensorBuffer tensor, int at, T value)
        where T : unmanaged => tensor.Elements<T>(at + 1)[at] = value;

    private static string NotFinite(ReadOnlySpan<byte> text, TensorBuffer tensor) => IsNumber(text)
        ? $"({Shown(text)}) is out of range for {DataTypes.Word(tensor.Spec.Type)}"
        : $"({Shown(text)}) is not a number; send null for a missing one";

    private static string OutOfRange<T>(ReadOnlySpan<byte> text, TensorBuffer tensor)
        where T : IMinMaxValue<T> => IsNumber(text)
        ? $"({Shown(text)}) is out of range for {DataTypes.Word(tensor.Spec.Type)}: {T.MinValue} to {T.MaxValue}"
        : $"({Shown(text)}) is not a whole number";

    private static bool IsNumber(ReadOnlySpan<byte> text) => !text.IsEmpty && !text.ContainsAnyExcept(NumberBytes);

    private static string Shown(ReadOnlySpan<byte> text) => System.Text.Encoding.UTF8.GetString(text.Length <= 40 ? text : text[..40]);
}
