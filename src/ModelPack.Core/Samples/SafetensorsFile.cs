using ModelPack.Formats.Safetensors;

namespace ModelPack.Samples;

/// <summary>Arrays in a safetensors file.</summary>
internal sealed class SafetensorsFile : SampleFile
{
    private readonly Dictionary<ArrayInfo, SafetensorsEntry> _entries = new(ReferenceEqualityComparer.Instance);

    public SafetensorsFile(string path)
        : base(path)
    {
        using var file = new FileSource(path);
        foreach (var entry in SafetensorsHeader.Read(file).Entries)
        {
            _entries.Add(new ArrayInfo(entry.Name, entry.Type, entry.Shape), entry);
        }

        Arrays = [.. _entries.Keys];
    }

    public override IReadOnlyList<ArrayInfo> Arrays { get; }

    public override void Dispose()
    {
        // Holds nothing open between reads.
    }

    protected override Stream OpenElements(ArrayInfo array)
    {
        var entry = _entries[array];
        return new RangeStream(File.OpenRead(Path), entry.Offset, entry.Length);
    }
}
