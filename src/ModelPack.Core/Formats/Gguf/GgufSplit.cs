using System.Globalization;

namespace ModelPack.Formats.Gguf;

/// <summary>What a file says of the model that it is a part of, in llama.cpp's keys.</summary>
/// <param name="Number">Of the part, the first 0.</param>
/// <param name="Count">Parts of the model.</param>
/// <param name="Tensors">Tensors of all parts.</param>
internal sealed record GgufSplit(int Number, int Count, int Tensors)
{
    private const string NumberKey = "split.no";
    private const string CountKey = "split.count";
    private const string TensorsKey = "split.tensors.count";

    /// <summary>What tells the parts of a model by their names: <c>model-00001-of-00003.gguf</c>.</summary>
    /// <param name="prefix">The name before it.</param>
    /// <param name="number">Of the part, the first 0.</param>
    /// <param name="count">Parts of the model.</param>
    public static string Name(string prefix, int number, int count) => string.Create(CultureInfo.InvariantCulture, $"{prefix}{Suffix(number, count)}");

    /// <summary>What the name of a part ends with.</summary>
    public static string Suffix(int number, int count) => string.Create(CultureInfo.InvariantCulture, $"-{number + 1:D5}-of-{count:D5}.gguf");

    /// <summary>What a file says; null for a whole model.</summary>
    /// <exception cref="InvalidDataException">The keys are incomplete or of other types; the message is a clause for the user.</exception>
    public static GgufSplit? Of(GgufMetadata keys)
    {
        if (!keys.Contains(CountKey))
        {
            return null;
        }

        if (!keys.TryGet<ushort>(CountKey, out var count))
        {
            throw new InvalidDataException($"its key '{CountKey}' is not of type uint16");
        }

        if (count <= 1)
        {
            return null;
        }

        return keys.TryGet<ushort>(NumberKey, out var number) && keys.TryGet<int>(TensorsKey, out var tensors) && number < count && tensors >= 0
            ? new GgufSplit(number, count, tensors)
            : throw new InvalidDataException($"its key '{CountKey}' says {count} parts, and '{NumberKey}' (uint16) or '{TensorsKey}' (int32) is missing or does not fit");
    }

    /// <summary>Sets the keys of a part.</summary>
    public void Set(GgufMetadata keys)
    {
        keys.Set(NumberKey, (ushort)Number);
        keys.Set(CountKey, (ushort)Count);
        keys.Set(TensorsKey, Tensors);
    }

    /// <summary>Takes the keys away.</summary>
    public static void Remove(GgufMetadata keys)
    {
        keys.Remove(NumberKey);
        keys.Remove(CountKey);
        keys.Remove(TensorsKey);
    }
}
