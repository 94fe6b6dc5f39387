//! `wasi:filesystem/types` for components: the engine's functions, three of them with a check.
//! Nothing but files and folders is opened, since opening may wait forever. The host's memory
//! behind a listing or a stream counts as the guest's memory. What the other functions mean is
//! left to the engine.

use std::collections::HashMap;
use std::os::fd::{AsFd as _, OwnedFd};
use std::sync::Arc;

use rustix::fs::{Dir, Mode, OFlags, openat};
use tokio::task::spawn_blocking;
use wasmtime::component::{HasData, Linker, Resource};
use wasmtime_wasi::filesystem::{Descriptor, WasiFilesystemCtxView};
use wasmtime_wasi::p2::bindings::filesystem::types::{
    self, DescriptorType, DirectoryEntryStream, ErrorCode, HostDescriptor as _, PathFlags,
};
use wasmtime_wasi::p2::{DynInputStream, DynOutputStream, FsError, FsResult};

use super::host_memory::Charge;
use super::weighed::{BUFFER, Weighed};
use crate::store::meter::Meter;
use crate::store::state::State;

/// The bytes of the host that a name in a listing takes besides its own: two slots of 32 bytes
/// in a list that doubles as it grows, and the rounding of an allocation.
const NAME: usize = 96;

/// Offers `wasi:filesystem/types` in place of the engine's.
pub(super) fn link<T: Send + 'static>(linker: &mut Linker<State<T>>) -> wasmtime::Result<()> {
    types::add_to_linker::<_, Files>(linker, State::files)
}

/// Tells the engine that its type for this is [`View`].
struct Files;

impl HasData for Files {
    type Data<'a> = View<'a>;
}

/// What one call works on.
pub(crate) struct View<'a> {
    pub(super) engine: WasiFilesystemCtxView<'a>,
    pub(super) meter: &'a mut Meter,
    pub(super) listings: &'a mut Listings,
    /// Whether the guest's thread waits for files.
    pub(super) waits: bool,
}

/// The costs of the open listings, by their handles.
pub(super) type Listings = HashMap<u32, Charge>;

type Fd = Resource<Descriptor>;
type Size = types::Filesize;

impl View<'_> {
    /// Refuses a listing that takes more memory than the guest may have, before it is made.
    async fn weigh_listing(&mut self, fd: &Fd) -> FsResult<usize> {
        let Descriptor::Dir(folder) = self.engine.table.get(fd)? else { return Ok(0) };
        let (folder, room) = (Arc::clone(&folder.dir), self.meter.room_in_host());
        let weigh = move || weight(folder.as_fd().try_clone_to_owned(), room);
        let weight = match self.waits {
            true => weigh(),
            false => spawn_blocking(weigh).await.map_err(FsError::trap)?,
        };
        self.meter.check_host_bytes(weight).map_err(FsError::trap)?;
        Ok(weight)
    }

    /// Charges for a stream that is about to be created.
    fn charge_stream(&mut self) -> FsResult<Charge> {
        self.meter.charge_host_bytes(BUFFER).map_err(FsError::trap)
    }

    /// Refuses to open anything but a file or a folder, and to set its times, which opens it as
    /// well.
    async fn may_open(&mut self, fd: &Fd, flags: PathFlags, path: &str) -> FsResult<()> {
        // A guest cannot make a pipe or a device, so only those that are there already matter. A
        // link is only found where it is not followed, and opening it fails then.
        let found = self.engine.stat_at(again(fd), flags, path.to_owned()).await;
        // If this fails, opening the file reports a better error.
        match found.map(|found| found.type_) {
            Ok(
                DescriptorType::RegularFile
                | DescriptorType::Directory
                | DescriptorType::SymbolicLink,
            )
            | Err(_) => Ok(()),
            Ok(_) => Err(ErrorCode::NotPermitted.into()),
        }
    }
}

/// Copies the handle, for a call that takes one.
fn again(fd: &Fd) -> Fd {
    Resource::new_borrow(fd.rep())
}

/// Returns what a listing of the folder takes. Counting stops once it is over `room`.
fn weight(folder: std::io::Result<OwnedFd>, room: usize) -> usize {
    // If the folder cannot be read, listing it reports the error.
    let Ok(names) = folder.and_then(|folder| Ok(names(&folder)?)) else { return 0 };
    let mut weight = 0_usize;
    for entry in names.map_while(Result::ok) {
        weight = weight.saturating_add(NAME + entry.file_name().to_bytes().len());
        if weight > room {
            break;
        }
    }
    weight
}

/// Returns the names in a folder. The folder is opened again to be read, because the granted
/// descriptor can only be used to find files.
fn names(folder: &OwnedFd) -> rustix::io::Result<Dir> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    Dir::new(openat(folder, ".", flags, Mode::empty())?)
}

impl types::Host for View<'_> {
    fn convert_error_code(&mut self, error: FsError) -> wasmtime::Result<ErrorCode> {
        self.engine.convert_error_code(error)
    }

    fn filesystem_error_code(
        &mut self,
        error: Resource<wasmtime::Error>,
    ) -> wasmtime::Result<Option<ErrorCode>> {
        self.engine.filesystem_error_code(error)
    }
}

impl types::HostDirectoryEntryStream for View<'_> {
    async fn read_directory_entry(
        &mut self,
        stream: Resource<DirectoryEntryStream>,
    ) -> FsResult<Option<types::DirectoryEntry>> {
        self.engine.read_directory_entry(stream).await
    }

    fn drop(&mut self, stream: Resource<DirectoryEntryStream>) -> wasmtime::Result<()> {
        // The number of the handle is free from here on, and the next listing may get it.
        self.listings.remove(&stream.rep());
        types::HostDirectoryEntryStream::drop(&mut self.engine, stream)
    }
}

/// Defines functions that call the engine's functions of the same names.
macro_rules! as_it_is {
    ($($name:ident($($param:ident: $ty:ty),*) -> $result:ty;)*) => {$(
        async fn $name(&mut self, $($param: $ty),*) -> $result {
            self.engine.$name($($param),*).await
        }
    )*};
}

impl types::HostDescriptor for View<'_> {
    async fn open_at(
        &mut self,
        fd: Fd,
        lookup: PathFlags,
        path: String,
        open: types::OpenFlags,
        flags: types::DescriptorFlags,
    ) -> FsResult<Fd> {
        self.may_open(&fd, lookup, &path).await?;
        self.engine.open_at(fd, lookup, path, open, flags).await
    }

    async fn set_times_at(
        &mut self,
        fd: Fd,
        lookup: PathFlags,
        path: String,
        accessed: types::NewTimestamp,
        modified: types::NewTimestamp,
    ) -> FsResult<()> {
        self.may_open(&fd, lookup, &path).await?;
        self.engine.set_times_at(fd, lookup, path, accessed, modified).await
    }

    async fn read_directory(&mut self, fd: Fd) -> FsResult<Resource<DirectoryEntryStream>> {
        // The engine reads all names of the folder at once, so they are weighed before. They are
        // charged after it, since a listing that failed takes nothing.
        let weight = self.weigh_listing(&fd).await?;
        let stream = self.engine.read_directory(fd).await?;
        let charge = self.meter.charge_host_bytes(weight).map_err(FsError::trap)?;
        self.listings.insert(stream.rep(), charge);
        Ok(stream)
    }

    fn read_via_stream(&mut self, fd: Fd, offset: Size) -> FsResult<Resource<DynInputStream>> {
        let _charge = self.charge_stream()?;
        let stream = self.engine.read_via_stream(fd, offset)?;
        let stream = self.engine.table.delete(stream)?;
        let weighed: DynInputStream = Box::new(Weighed { stream, _charge });
        Ok(self.engine.table.push(weighed)?)
    }

    fn write_via_stream(&mut self, fd: Fd, offset: Size) -> FsResult<Resource<DynOutputStream>> {
        let charge = self.charge_stream()?;
        let stream = self.engine.write_via_stream(fd, offset)?;
        self.weighed(stream, charge)
    }

    fn append_via_stream(&mut self, fd: Fd) -> FsResult<Resource<DynOutputStream>> {
        let charge = self.charge_stream()?;
        let stream = self.engine.append_via_stream(fd)?;
        self.weighed(stream, charge)
    }

    fn drop(&mut self, fd: Fd) -> wasmtime::Result<()> {
        types::HostDescriptor::drop(&mut self.engine, fd)
    }

    as_it_is! {
        advise(fd: Fd, offset: Size, length: Size, advice: types::Advice) -> FsResult<()>;
        sync_data(fd: Fd) -> FsResult<()>;
        get_flags(fd: Fd) -> FsResult<types::DescriptorFlags>;
        get_type(fd: Fd) -> FsResult<DescriptorType>;
        set_size(fd: Fd, size: Size) -> FsResult<()>;
        set_times(fd: Fd, accessed: types::NewTimestamp, modified: types::NewTimestamp)
            -> FsResult<()>;
        read(fd: Fd, length: Size, offset: Size) -> FsResult<(Vec<u8>, bool)>;
        write(fd: Fd, bytes: Vec<u8>, offset: Size) -> FsResult<Size>;
        sync(fd: Fd) -> FsResult<()>;
        create_directory_at(fd: Fd, path: String) -> FsResult<()>;
        stat(fd: Fd) -> FsResult<types::DescriptorStat>;
        stat_at(fd: Fd, flags: PathFlags, path: String) -> FsResult<types::DescriptorStat>;
        link_at(fd: Fd, flags: PathFlags, from: String, to_fd: Fd, to: String) -> FsResult<()>;
        readlink_at(fd: Fd, path: String) -> FsResult<String>;
        remove_directory_at(fd: Fd, path: String) -> FsResult<()>;
        rename_at(fd: Fd, from: String, to_fd: Fd, to: String) -> FsResult<()>;
        symlink_at(fd: Fd, from: String, to: String) -> FsResult<()>;
        unlink_file_at(fd: Fd, path: String) -> FsResult<()>;
        is_same_object(a: Fd, b: Fd) -> wasmtime::Result<bool>;
        metadata_hash(fd: Fd) -> FsResult<types::MetadataHashValue>;
        metadata_hash_at(fd: Fd, flags: PathFlags, path: String)
            -> FsResult<types::MetadataHashValue>;
    }
}

impl View<'_> {
    fn weighed(
        &mut self,
        stream: Resource<DynOutputStream>,
        _charge: Charge,
    ) -> FsResult<Resource<DynOutputStream>> {
        let stream = self.engine.table.delete(stream)?;
        let weighed: DynOutputStream = Box::new(Weighed { stream, _charge });
        Ok(self.engine.table.push(weighed)?)
    }
}
