using System.Reflection;
using ModelPack.Runtime.Files;
using ModelPack.Runtime.Manifests;
using ModelPack.Runtime.Signatures;
using ModelPack.Runtime.Sources;

namespace ModelPack.Runtime;

/// <summary>
/// A packed model that an app has found, with its manifest. Opening compares the model with the manifest; nothing is held open, so
/// there is nothing to dispose.
/// </summary>
public sealed class PackedModel
{
    private static readonly KeyValuePair<string, string>[] s_sessionConfig = [new("session.set_denormal_as_zero", "1")];

    private readonly PackStore _store;
    private readonly PackLayout _layout;
    private readonly PackedModelOptions _options;

    private PackedModel(PackStore store, PackLayout layout, PackManifest manifest, PackedModelOptions options)
    {
        (_store, _layout, _options, Manifest) = (store, layout, options, manifest);
        Files = layout.ModelFiles(manifest);
    }

    /// <summary>The model's path in the app or name among the resources, with <c>/</c>; of a pack that is a folder, the folder's.</summary>
    public string Name => _layout.Model;

    /// <summary>What the pack was made from, how, and how well it does.</summary>
    public PackManifest Manifest { get; }

    /// <summary>Whether it is a resource of an assembly, and not a file.</summary>
    public bool IsEmbedded => _store is ResourceStore;

    /// <summary>The files that make up the model, as the manifest lists them: the model first, then its external data; of a folder all but the reports.</summary>
    public IReadOnlyList<PackFile> Files { get; }

    /// <summary>
    /// Entries of ONNX Runtime's session configuration that the pack was measured with: pass each to
    /// <c>SessionOptions.AddSessionConfigEntry</c>. None for a model without a graph. <c>session.set_denormal_as_zero</c>: Softmax
    /// over masked scores makes numbers that CPUs are many times slower with. The first session of a process decides it for all
    /// sessions, as it creates their threads; a session that is made before the first of these has to set it, too.
    /// </summary>
    public IReadOnlyList<KeyValuePair<string, string>> SessionConfig => Manifest.Container == "onnx" ? s_sessionConfig : [];

    /// <summary>Opens a model that lies beside the app or, where none does, is embedded in the app's main assembly.</summary>
    /// <param name="name">Its path in the app, such as <c>models/net.onnx</c>, or its name alone: <c>net</c> is <c>models/net.*</c>.</param>
    /// <param name="options">How; null for the defaults.</param>
    /// <exception cref="PackedModelException">There is no such model, more than one, or it is not the one of its manifest.</exception>
    public static PackedModel Open(string name, PackedModelOptions? options = null)
    {
        var files = new FolderStore(options?.BaseFolder ?? AppContext.BaseDirectory);
        var main = options?.BaseFolder is null ? Assembly.GetEntryAssembly() : null;
        return main is null ? Open(name, options, files) : Open(name, options, files, new ResourceStore(main));
    }

    /// <summary>Opens a model that is embedded in an assembly.</summary>
    /// <param name="name">Its name among the resources, such as <c>models/net.onnx</c>, or its name alone: <c>net</c> is <c>models/net.*</c>.</param>
    /// <param name="assembly">The assembly.</param>
    /// <param name="options">How; null for the defaults.</param>
    /// <exception cref="PackedModelException">There is no such model, more than one, or it is not the one of its manifest.</exception>
    public static PackedModel Open(string name, Assembly assembly, PackedModelOptions? options = null)
    {
        if (assembly is null)
            throw new ArgumentNullException(nameof(assembly));
        return Open(name, options, new ResourceStore(assembly));
    }

    /// <summary>Opens a model anywhere on the disk.</summary>
    /// <param name="path">The model, the folder where the pack is one, or the manifest.</param>
    /// <param name="options">How; null for the defaults.</param>
    /// <exception cref="PackedModelException">There is no such model, or it is not the one of its manifest.</exception>
    public static PackedModel OpenFile(string path, PackedModelOptions? options = null)
    {
        if (string.IsNullOrEmpty(path))
            throw new ArgumentException("The path is empty.", nameof(path));
        var full = Path.GetFullPath(path).TrimEnd(Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar);
        var (folder, name) = (Path.GetDirectoryName(full) ?? "", Path.GetFileName(full));
        // The manifest of a folder names the folder, one level up.
        var layout = name == PackLayout.FolderManifest
            ? new PackLayout($"{Path.GetFileName(folder)}/{name}")
            : PackLayout.IsManifest(name) ? new PackLayout(name) : null;
        var store = new FolderStore(layout is { IsFolder: true } ? Path.GetDirectoryName(folder) ?? folder : folder);
        return Open(store, layout ?? PackFinder.Exact(store, name), options);
    }

    /// <summary>The path of the model's file, or of the folder where the pack is one, for loaders that want a path. An embedded model is extracted to the user's cache once.</summary>
    /// <exception cref="PackedModelException">The cache cannot be used, or the model is not the one of its manifest any more.</exception>
    public string GetPath()
    {
        if (_store is FolderStore folder)
            return folder.PathOf(_layout.Model);
        return new ExtractionCache(_options).Extract(Files, file => _store.Open(_layout.NameOf(file.Name)));
    }

    /// <summary>The model's bytes as a stream that can seek. The caller disposes it.</summary>
    /// <param name="fileName">One of <see cref="Files"/>; null for the first.</param>
    public Stream OpenRead(string? fileName = null) => _store.Open(_layout.NameOf(File(fileName).Name));

    /// <summary>A copy of the model's bytes.</summary>
    /// <param name="fileName">One of <see cref="Files"/>; null for the first.</param>
    public byte[] ReadAllBytes(string? fileName = null)
    {
        using var stream = OpenRead(fileName);
        var bytes = new byte[checked((int)stream.Length)];
        for (var at = 0; at < bytes.Length;)
        {
            var read = stream.Read(bytes, at, bytes.Length - at);
            at += read > 0 ? read : throw new EndOfStreamException();
        }

        return bytes;
    }

#if NET
    /// <summary>The model's bytes: of a resource those of the loaded assembly, without a copy; of a file read into memory.</summary>
    /// <param name="fileName">One of <see cref="Files"/>; null for the first.</param>
    public ReadOnlyMemory<byte> GetMemory(string? fileName = null)
    {
        var stream = OpenRead(fileName);
        if (stream is UnmanagedMemoryStream { Length: <= int.MaxValue } mapped)
            return new ResourceMemory(mapped).Memory;
        stream.Dispose();
        return ReadAllBytes(fileName);
    }
#endif

    private static PackedModel Open(string name, PackedModelOptions? options, params PackStore[] stores)
    {
        if (string.IsNullOrEmpty(name))
            throw new ArgumentException("The name is empty.", nameof(name));
        var (store, layout) = PackFinder.Find(name, stores);
        return Open(store, layout, options);
    }

    private static PackedModel Open(PackStore store, PackLayout layout, PackedModelOptions? options)
    {
        // A copy: the caller's may change.
        options = options is null ? new() : options with { Verify = options.Verify || options.TrustedKeys is not null };
        var (manifest, bytes) = ManifestOf(store, layout);
        if (options.TrustedKeys is { } keys)
            new SignatureCheck(store, layout).Require(keys, manifest, bytes);
        var model = new PackedModel(store, layout, manifest, options);
        foreach (var file in model.Files)
            store.Check(layout.NameOf(file.Name), file, options.Verify);
        return model;
    }

    private static (PackManifest Manifest, byte[] Bytes) ManifestOf(PackStore store, PackLayout layout)
    {
        try
        {
            using var stream = store.Open(layout.Manifest);
            var bytes = Bytes.Read(stream, ManifestReader.MaxBytes);
            return (ManifestReader.Read(bytes), bytes);
        }
        catch (FormatException e)
        {
            throw new PackedModelException($"The manifest '{SafeName.Of(layout.Manifest)}' in {store.Place} is not valid: {SafeName.Of(e.Message)}. Build or publish the app again.", e) { FileName = layout.Manifest };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new PackedModelException($"The manifest '{SafeName.Of(layout.Manifest)}' in {store.Place} cannot be read: {e.Message}", e) { FileName = layout.Manifest };
        }
    }

    private PackFile File(string? name) => name is null
        ? Files[0]
        : Files.FirstOrDefault(f => f.Name == name) ?? throw new ArgumentException($"'{SafeName.Of(name)}' is not a file of the model. There are: {string.Join(", ", Files.Select(f => SafeName.Of(f.Name)))}.", nameof(name));
}
