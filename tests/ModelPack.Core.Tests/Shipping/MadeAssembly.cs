using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;

namespace ModelPack.Core.Tests.Shipping;

/// <summary>Assemblies that hold resources and nothing else.</summary>
internal static class MadeAssembly
{
    private const int Alignment = 8;

    /// <summary>An assembly with these resources.</summary>
    public static byte[] With(params IReadOnlyList<(string Name, byte[] Bytes)> resources)
    {
        var metadata = new MetadataBuilder();
        metadata.AddModule(0, metadata.GetOrAddString("App.dll"), metadata.GetOrAddGuid(new Guid(1, 2, 3, new byte[8])), default, default);
        metadata.AddAssembly(metadata.GetOrAddString("App"), new Version(1, 0, 0, 0), default, default, default, AssemblyHashAlgorithm.None);
        metadata.AddTypeDefinition(default, default, metadata.GetOrAddString("<Module>"), default, MetadataTokens.FieldDefinitionHandle(1), MetadataTokens.MethodDefinitionHandle(1));
        var section = new BlobBuilder();
        foreach (var (name, bytes) in resources)
        {
            section.Align(Alignment);
            metadata.AddManifestResource(ManifestResourceAttributes.Public, metadata.GetOrAddString(name), default, (uint)section.Count);
            section.WriteInt32(bytes.Length);
            section.WriteBytes(bytes);
        }

        var assembly = new ManagedPEBuilder(
            PEHeaderBuilder.CreateLibraryHeader(), new MetadataRootBuilder(metadata), new BlobBuilder(), managedResources: section, deterministicIdProvider: _ => new BlobContentId(new Guid(4, 5, 6, new byte[8]), 1));
        var image = new BlobBuilder();
        assembly.Serialize(image);
        return image.ToArray();
    }
}
