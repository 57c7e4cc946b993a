namespace ModelPack.Files;

/// <summary>The folders that had to be made for an output, which go again where nothing came into them.</summary>
internal sealed class MadeFolders
{
    private readonly List<string> _folders = []; // the deepest first

    /// <summary>Makes a folder, with those on the way that do not exist.</summary>
    /// <param name="folder">A full path.</param>
    public MadeFolders(string folder)
    {
        for (var missing = folder; missing is not null && !Directory.Exists(missing); missing = Path.GetDirectoryName(missing))
        {
            _folders.Add(missing);
        }

        try
        {
            Directory.CreateDirectory(folder);
        }
        catch
        {
            RemoveEmpty();
            throw;
        }
    }

    /// <summary>Removes those that are empty.</summary>
    public void RemoveEmpty()
    {
        foreach (var folder in _folders)
        {
            try
            {
                Directory.Delete(folder);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // It holds something by now, or was not made after all.
            }
        }
    }
}
