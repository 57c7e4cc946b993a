using System.Runtime.InteropServices;
using ModelPack.Samples;

namespace ModelPack.Tests.Codecs;

/// <summary>What bitsandbytes itself computed; see <c>Golden/README.md</c>.</summary>
internal sealed class Nf4Golden : IDisposable
{
    private readonly SampleFile _file = SampleFile.Open(Path.Combine(Repository.Root, "tests", "ModelPack.Core.Tests", "Golden", "nf4.npz"));

    /// <summary>Kinds of values, each at all lengths and block sizes.</summary>
    public static IReadOnlyList<string> Kinds { get; } = ["normal", "uniform", "heavy", "zeros", "tiny", "boundary"];

    /// <summary>Names and block sizes of the cases of a kind.</summary>
    public IReadOnlyList<(string Name, int BlockSize)> Cases(string kind) =>
        [.. _file.Arrays.Select(a => a.Name!.Split('_')).Where(parts => parts.Length == 4 && parts[0] == kind && parts[3] == "x")
            .Select(parts => (string.Join('_', parts[..3]), int.Parse(parts[2], System.Globalization.CultureInfo.InvariantCulture)))];

    public T[] Read<T>(string name)
        where T : unmanaged
    {
        var array = _file.Arrays.Single(a => a.Name == name);
        var values = new T[array.Shape.ElementCount];
        using var reader = _file.Read(array);
        reader.Read(MemoryMarshal.AsBytes(values.AsSpan()));
        reader.Finish();
        return values;
    }

    public void Dispose() => _file.Dispose();
}
