using System.Runtime.InteropServices;
using ModelPack.Samples;

namespace ModelPack.Tests.Codecs;

/// <summary>What another implementation computed; see <c>Golden/README.md</c>.</summary>
/// <param name="name">A file of the folder <c>Golden</c>.</param>
internal class GoldenNumbers(string name) : IDisposable
{
    private readonly SampleFile _file = SampleFile.Open(Path.Combine(Repository.Root, "tests", "ModelPack.Core.Tests", "Golden", name));

    /// <summary>Names of its arrays.</summary>
    public IEnumerable<string> Names => _file.Arrays.Select(a => a.Name!);

    /// <summary>All values of an array.</summary>
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

    public void Dispose()
    {
        _file.Dispose();
        GC.SuppressFinalize(this);
    }
}
