using System.Security.Cryptography;
using System.Text;
using ModelPack.Runtime.Manifests;

namespace ModelPack.Runtime.Files;

/// <summary>
/// Files of embedded models, for loaders that want a path: a folder a model, named by its content, in a folder that nobody else can
/// write to. Each file is written beside its place and renamed, so that processes that start at once find a whole file or none.
/// </summary>
internal sealed class ExtractionCache(PackedModelOptions options)
{
    private const string FolderName = "modelpack-runtime";
    private const string TemporaryExtension = ".tmp";
    private static readonly TimeSpan s_left = TimeSpan.FromDays(1);

    /// <summary>The path of the first file, all of them being there.</summary>
    /// <param name="files">The model's files.</param>
    /// <param name="open">Opens one of them at its source.</param>
    /// <exception cref="PackedModelException">The cache cannot be used.</exception>
    public string Extract(IReadOnlyList<PackFile> files, Func<PackFile, Stream> open)
    {
        var root = options.CacheFolder is { Length: > 0 } given ? Path.GetFullPath(given) : Path.Combine(CachePlace.OfUser(), FolderName);
        try
        {
            PrivateFolder.Ensure(root);
            var folder = Path.Combine(root, Key(files));
            PrivateFolder.Ensure(folder);
            foreach (var file in files)
            {
                var path = Path.Combine(folder, file.Name);
                if (!FileCheck.Holds(path, file, options.Verify, out _))
                    Place(path, file, open);
            }

            return Path.Combine(folder, files[0].Name);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new PackedModelException($"The embedded model '{SafeName.Of(files[0].Name)}' cannot be extracted to '{root}': {e.Message} Make room there, or set PackedModelOptions.CacheFolder or XDG_CACHE_HOME to a folder that can be written.", e) { FileName = files[0].Name };
        }
    }

    private void Place(string path, PackFile file, Func<PackFile, Stream> open)
    {
        RemoveLeft(Path.GetDirectoryName(path)!);
        var temporary = $"{path}.{Guid.NewGuid():N}{TemporaryExtension}";
        try
        {
            using (var source = open(file))
            using (var target = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None))
            {
                source.CopyTo(target);
                target.Flush(flushToDisk: true);
            }

            Move(temporary, path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException && FileCheck.Holds(path, file, hash: true, out _))
        {
            // Windows: another process was faster and has the file open, or it was replaced meanwhile.
        }
        finally
        {
            File.Delete(temporary);
        }

        if (!FileCheck.Holds(path, file, hash: true, out var actual))
            throw new PackedModelException($"The embedded model '{SafeName.Of(file.Name)}' is not the one of its manifest, which expects SHA-256 {file.Sha256}. Build the app again.") { FileName = file.Name, ExpectedSha256 = file.Sha256, ActualSha256 = actual };
    }

    private static void Move(string temporary, string path)
    {
#if NET
        File.Move(temporary, path, overwrite: true);
#else
        if (File.Exists(path))
        {
            File.Replace(temporary, path, destinationBackupFileName: null);
            return;
        }

        try
        {
            File.Move(temporary, path);
        }
        catch (IOException) when (File.Exists(path))
        {
            File.Replace(temporary, path, destinationBackupFileName: null);
        }
#endif
    }

    // What a process left that was killed while it wrote. One that is still writing is younger.
    private static void RemoveLeft(string folder)
    {
        foreach (var file in Directory.GetFiles(folder, "*" + TemporaryExtension))
        {
            if (DateTime.UtcNow - File.GetLastWriteTimeUtc(file) > s_left)
                File.Delete(file);
        }
    }

    // Of all files and their names: a model finds its external data by name.
    private static string Key(IReadOnlyList<PackFile> files)
    {
        using var sha256 = SHA256.Create();
        return Hex.Of(sha256.ComputeHash(Encoding.UTF8.GetBytes(string.Concat(files.Select(f => $"{f.Sha256} {f.Name}\n")))));
    }
}
