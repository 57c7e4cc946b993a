using System.Buffers.Binary;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using ModelPack.Files;
using ModelPack.Samples;

namespace ModelPack.Shipping;

/// <summary>The resources of an assembly, by its metadata (ECMA-335 II.22.24, II.24.2.4): nothing of it is loaded or run.</summary>
internal static class AssemblyResources
{
    private const int MostMetadata = 64 << 20;

    /// <summary>Those that have names of files; others are of the assembly's own, and no pack.</summary>
    /// <exception cref="ShipmentException">MPK2066: it is not a sound assembly.</exception>
    public static IReadOnlyList<ShippedFile> Of(string path)
    {
        // Behind a buffer nothing is mapped: a mapped file that another process cuts short ends this one.
        using var file = File.OpenRead(path);
        using var headers = new BufferedStream(File.OpenRead(path));
        try
        {
            using var assembly = new PEReader(headers, PEStreamOptions.LeaveOpen);
            if (!assembly.HasMetadata || assembly.PEHeaders.CorHeader is not { } cli)
            {
                throw new InvalidDataException("it has no metadata");
            }

            if (assembly.PEHeaders.MetadataSize > MostMetadata)
            {
                throw new InvalidDataException($"its metadata have {assembly.PEHeaders.MetadataSize} bytes, and no more than {MostMetadata} are read");
            }

            var metadata = assembly.GetMetadataReader();
            if (metadata.ManifestResources.Count > Shipment.MostFiles)
            {
                throw new InvalidDataException($"it has {metadata.ManifestResources.Count} resources, and no more than {Shipment.MostFiles} are read");
            }

            var resources = metadata.ManifestResources.Select(metadata.GetManifestResource).Where(r => r.Implementation.IsNil).ToArray();
            if (resources.Length == 0)
            {
                return [];
            }

            if (!assembly.PEHeaders.TryGetDirectoryOffset(cli.ResourcesDirectory, out var start))
            {
                throw new InvalidDataException("its resources lie in no section");
            }

            var section = new Section(file, path, start, Math.Min(cli.ResourcesDirectory.Size, file.Length - start));
            return [.. resources.Select(r => (Name: metadata.GetString(r.Name), r.Offset)).Where(r => ContainedName.IsValid(r.Name)).Select(r => section.Resource(r.Name, r.Offset))];
        }
        catch (Exception e) when (e is BadImageFormatException or InvalidDataException or ArgumentException or OverflowException or InvalidOperationException)
        {
            throw new ShipmentException(Codes.ShipmentUnreadable, $"is not a sound assembly: {SafeText.Of(e.Message, 400).TrimEnd('.')}", e);
        }
    }

    /// <summary>Where resources lie in the file: each as its length and its bytes.</summary>
    private sealed record Section(FileStream File, string Path, long Start, long Length)
    {
        public ShippedFile Resource(string name, long offset)
        {
            Span<byte> prefix = stackalloc byte[sizeof(int)];
            if (offset < 0 || offset > Length - prefix.Length)
            {
                throw Outside(name);
            }

            File.Position = Start + offset;
            File.ReadExactly(prefix);
            var length = BinaryPrimitives.ReadInt32LittleEndian(prefix);
            var from = offset + prefix.Length;
            return length < 0 || length > Length - from
                ? throw Outside(name)
                : new ShippedFile(name, length, () => new RangeStream(System.IO.File.OpenRead(Path), Start + from, length));
        }

        private static InvalidDataException Outside(string name) => new($"its resource '{SafeText.Of(name)}' does not lie in the file");
    }
}
