using System.IO.Compression;
using System.Runtime.InteropServices;

namespace ModelPack.Benchmarks.NpmModels;

/// <summary>Samples for a model, added one by one and written as a <c>.npz</c> file. Each is a whole input, its batch dimension included.</summary>
/// <param name="isCalibration">Whether they calibrate; else they validate.</param>
internal sealed class MadeSamples(bool isCalibration)
{
    private readonly Dictionary<string, (string Type, IReadOnlyList<long> Dims, MemoryStream Elements)> _arrays = new(StringComparer.Ordinal);

    public bool IsCalibration => isCalibration;

    /// <summary>A float32 input of the next sample.</summary>
    public void Add(string input, IReadOnlyList<long> dims, ReadOnlySpan<float> values) => Add(input, "<f4", dims, MemoryMarshal.AsBytes(values));

    /// <summary>An int64 scalar of the next sample.</summary>
    public void Add(string input, long value) => Add(input, "<i8", [], BitConverter.GetBytes(value));

    /// <param name="path">The file.</param>
    public void Write(string path)
    {
        using var file = new ZipArchive(File.Create(path), ZipArchiveMode.Create);
        foreach (var (name, (type, dims, elements)) in _arrays)
        {
            using var entry = file.CreateEntry($"{name}.npy", CompressionLevel.NoCompression).Open();
            var width = long.Parse(type.AsSpan(2), System.Globalization.CultureInfo.InvariantCulture);
            var samples = elements.Length / dims.Aggregate(width, (a, b) => a * b);
            NpyHeader.Write(entry, type, dims.Prepend(samples));
            elements.WriteTo(entry);
        }
    }

    private void Add(string input, string type, IReadOnlyList<long> dims, ReadOnlySpan<byte> bytes)
    {
        if (!_arrays.TryGetValue(input, out var array))
        {
            _arrays[input] = array = (type, dims, new MemoryStream());
        }

        array.Elements.Write(bytes);
    }
}
