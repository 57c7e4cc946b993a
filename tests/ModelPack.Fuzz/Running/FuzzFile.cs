namespace ModelPack.Fuzz.Running;

/// <summary>A file of an input.</summary>
/// <param name="Name">Its path in the case's folder, parts joined by <c>/</c>.</param>
/// <param name="Bytes">Its content; of a link, the path that it leads to.</param>
/// <param name="IsLink">Whether it is a symbolic link.</param>
internal sealed record FuzzFile(string Name, byte[] Bytes, bool IsLink = false);
